kubectl run nginx --image=nginx --command -- sh -c 'exit 1'
