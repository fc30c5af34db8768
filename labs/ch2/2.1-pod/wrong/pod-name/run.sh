kubectl run ngnix --image=nginx
