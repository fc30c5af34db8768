# step: create
kubectl create -f manifests/pod-nginx-sidecar.yaml
kubectl wait pod/nginx --for=condition=Ready --timeout=120s

# step: ip
labctl answer 2.1 ip "$(kubectl get pod nginx -o jsonpath='{.status.podIP}')"

# step: node
labctl answer 2.1 node "$(kubectl get pod nginx -o jsonpath='{.spec.nodeName}')"
