kubectl create namespace web
kubectl run nginx --image=nginx --namespace=web
