kubectl run nginx --image=ngnix
