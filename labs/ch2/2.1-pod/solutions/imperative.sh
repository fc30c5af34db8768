# step: create
kubectl run nginx --image=nginx
kubectl wait pod/nginx --for=condition=Ready --timeout=120s

# step: ip
kubectl get pod -o wide
ip=$(kubectl get pod nginx -o jsonpath='{.status.podIP}')
labctl answer 2.1 ip "$ip"

# step: reach
curl "http://$ip"

# step: node
labctl answer 2.1 node "$(kubectl get pod nginx -o jsonpath='{.spec.nodeName}')"
