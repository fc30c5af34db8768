package check

import (
	"context"
	"fmt"
)

// diagnose names the commonest troubles of a pod, or nil for a healthy one.
func diagnose(ctx context.Context, objects Objects, pod map[string]any) *Message {
	name := nameOf(pod)
	switch {
	case text(pod, "kind") != "Pod" || ready(pod):
		return nil
	case dig(pod, "metadata", "deletionTimestamp") != nil:
		return say("doctor.terminating", "pod", name)
	}
	if scheduled := condition(pod, "PodScheduled"); text(scheduled, "status") == "False" {
		return say("doctor.unschedulable", "pod", name, "detail", clip(text(scheduled, "message")))
	}
	if sick := sickContainer(pod, name); sick != nil {
		return sick
	}
	if reason := text(waiting(pod), "reason"); reason == "ContainerCreating" || reason == "PodInitializing" {
		return creating(ctx, objects, pod)
	}
	if text(pod, "status", "phase") == "Running" {
		return say("doctor.not_ready", "pod", name)
	}
	return nil
}

func sickContainer(pod map[string]any, name string) *Message {
	for _, group := range []string{"initContainerStatuses", "containerStatuses"} {
		for _, status := range list(pod, "status", group) {
			if sick := sickState(pod, name, status, group); sick != nil {
				return sick
			}
		}
	}
	return nil
}

func sickState(pod map[string]any, name string, status any, group string) *Message {
	container, reason := text(status, "name"), text(status, "state", "waiting", "reason")
	switch reason {
	case "ImagePullBackOff", "ErrImagePull", "InvalidImageName", "ErrImageNeverPull":
		return say("doctor.image_pull", "pod", name, "image", imageOf(pod, container), "reason", reason)
	case "CrashLoopBackOff":
		return say("doctor.crash_loop", "pod", name, "container", container, "code", exitCode(status, "lastState"))
	case "CreateContainerConfigError", "CreateContainerError", "RunContainerError":
		return say("doctor.config", "pod", name, "reason", reason, "detail", clip(text(status, "state", "waiting", "message")))
	}
	if dig(status, "state", "terminated") == nil || group == "initContainerStatuses" {
		return nil
	}
	if code := exitCode(status, "state"); code != "0" {
		return say("doctor.crash_loop", "pod", name, "container", container, "code", code)
	}
	return say("doctor.completed", "pod", name, "container", container, "code", "0")
}

func exitCode(status any, state string) string {
	code, ok := number(status, state, "terminated", "exitCode")
	if !ok {
		return "?"
	}
	return fmt.Sprint(code)
}

func imageOf(pod map[string]any, container string) string {
	for _, group := range []string{"initContainers", "containers"} {
		for _, c := range list(pod, "spec", group) {
			if text(c, "name") == container {
				return text(c, "image")
			}
		}
	}
	return "?"
}

// creating adds the pod's newest event, which is where a missing volume or a
// network that is not there shows first.
func creating(ctx context.Context, objects Objects, pod map[string]any) *Message {
	name := nameOf(pod)
	if objects == nil {
		return say("doctor.creating_wait", "pod", name)
	}
	k, _ := lookupKind("", "Event")
	events, err := objects.List(ctx, k.ref(text(pod, "metadata", "namespace")))
	if err != nil { // the advice is a bonus: without events it is only shorter
		return say("doctor.creating_wait", "pod", name)
	}
	newest, stamp := "", ""
	for _, event := range events {
		if text(event, "involvedObject", "uid") != text(pod, "metadata", "uid") {
			continue
		}
		at := max(text(event, "lastTimestamp"), text(event, "eventTime"), text(event, "metadata", "creationTimestamp"))
		if at >= stamp {
			newest, stamp = text(event, "reason")+": "+text(event, "message"), at
		}
	}
	if newest == "" {
		return say("doctor.creating_wait", "pod", name)
	}
	return say("doctor.creating", "pod", name, "detail", clip(newest))
}
