kubectl run nginx --image=nginx
