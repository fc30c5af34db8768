package check

// ready says whether an object does its work, by the rules kubectl rollout and
// kubectl wait use. What has no notion of it is ready when it exists.
func ready(object any) bool {
	if nameOf(object) == "" || dig(object, "metadata", "deletionTimestamp") != nil {
		return false
	}
	switch text(object, "kind") {
	case "Deployment":
		return current(object) && counts(object, "updatedReplicas", "availableReplicas")
	case "ReplicaSet", "StatefulSet", "ReplicationController":
		return current(object) && counts(object, "readyReplicas")
	case "DaemonSet":
		desired, _ := number(object, "status", "desiredNumberScheduled")
		have, _ := number(object, "status", "numberReady")
		return current(object) && desired == have
	case "Job":
		return text(condition(object, "Complete"), "status") == "True"
	case "Namespace":
		return text(object, "status", "phase") == "Active"
	case "PersistentVolumeClaim", "PersistentVolume":
		return text(object, "status", "phase") == "Bound"
	}
	for _, name := range []string{"Ready", "Available"} {
		if found := condition(object, name); found != nil {
			return text(found, "status") == "True"
		}
	}
	return text(object, "kind") != "Pod" && text(object, "kind") != "Node"
}

// current says whether the controller has seen the object's newest version.
func current(object any) bool {
	generation, _ := number(object, "metadata", "generation")
	observed, _ := number(object, "status", "observedGeneration")
	return observed >= generation
}

func counts(object any, fields ...string) bool {
	want, ok := number(object, "spec", "replicas")
	if !ok {
		want = 1
	}
	for _, field := range fields {
		have, _ := number(object, "status", field)
		if have != want {
			return false
		}
	}
	total, _ := number(object, "status", "replicas")
	return total == want
}
