# step: create
kubectl apply -f manifests/pod-nginx.yaml
kubectl wait pod/nginx --for=condition=Ready --timeout=120s

# step: ip
labctl answer 2.1 ip "http://$(kubectl get pod nginx -o jsonpath='{.status.podIP}')/"

# step: node
labctl answer 2.1 node "node/$(kubectl get pod nginx -o jsonpath='{.spec.nodeName}')"
