kubectl run nginx --image=nginx
kubectl wait pod/nginx --for=condition=Ready --timeout=120s
labctl answer 2.1 node "$(kubectl get pod nginx -o jsonpath="{.status.podIP}")"
