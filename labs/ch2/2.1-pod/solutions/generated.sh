# step: create
kubectl run nginx --image=docker.io/library/nginx:latest --labels=team=blue \
  --dry-run=client -o yaml | kubectl apply --server-side -f -
kubectl wait pod/nginx --for=condition=Ready --timeout=120s

# step: ip
labctl answer 2.1 ip "$(kubectl get pod nginx -o jsonpath='{.status.podIP}'):80"

# step: node
labctl answer 2.1 node " $(kubectl get pod nginx -o jsonpath='{.spec.nodeName}') "
