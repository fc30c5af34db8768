package simruntime

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	runtimeapi "k8s.io/cri-api/pkg/apis/runtime/v1"
)

// What a container that was running when the node died is said to have ended
// with, as containerd says after a reboot.
const (
	unknownExitCode = 255
	unknownReason   = "Unknown"
)

// sandboxRecord is a sandbox on disk.
type sandboxRecord struct {
	ID        string          `json:"id"`
	Handler   string          `json:"handler,omitempty"`
	CreatedAt int64           `json:"createdAt"` // ns since 1970
	Config    json.RawMessage `json:"config"`
}

// containerRecord is a container on disk.
type containerRecord struct {
	ID         string          `json:"id"`
	Sandbox    string          `json:"sandbox"`
	State      string          `json:"state"`
	CreatedAt  int64           `json:"createdAt"` // ns since 1970, as the two below
	StartedAt  int64           `json:"startedAt,omitempty"`
	FinishedAt int64           `json:"finishedAt,omitempty"`
	ExitCode   int32           `json:"exitCode"`
	Reason     string          `json:"reason,omitempty"`
	Message    string          `json:"message,omitempty"`
	ImageID    string          `json:"imageID"`
	ImageRef   string          `json:"imageRef"`
	ImageName  string          `json:"imageName"`
	LogPath    string          `json:"logPath,omitempty"`
	StopSignal string          `json:"stopSignal,omitempty"`
	Config     json.RawMessage `json:"config"`
}

func (r *Runtime) saveSandbox(s *sandbox) error {
	config, err := encode(s.config)
	if err != nil {
		return err
	}
	return r.store.save(sandboxKind, s.id, sandboxRecord{ID: s.id, Handler: s.handler, CreatedAt: s.createdAt, Config: config})
}

func (r *Runtime) saveContainer(c *container) error {
	config, err := encode(c.config)
	if err != nil {
		return err
	}
	return r.store.save(containerKind, c.id, containerRecord{
		ID: c.id, Sandbox: c.sandboxID, State: c.state.String(),
		CreatedAt: c.createdAt, StartedAt: c.startedAt, FinishedAt: c.finishedAt,
		ExitCode: c.exitCode, Reason: c.reason, Message: c.message,
		ImageID: c.imageID, ImageRef: c.imageRef, ImageName: c.imageName,
		LogPath: c.logPath, StopSignal: c.stopSignal, Config: config,
	})
}

// encode leaves environment values on disk in clear, as every runtime's state
// directory does; the directory is for its owner only.
func encode(m proto.Message) (json.RawMessage, error) {
	data, err := protojson.Marshal(m)
	if err != nil {
		return nil, fmt.Errorf("encoding config: %w", err)
	}
	return data, nil
}

func (r *Runtime) load() error {
	if err := r.store.each(sandboxKind, r.loadSandbox); err != nil {
		return err
	}
	return r.store.each(containerKind, r.loadContainer)
}

func (r *Runtime) loadSandbox(id string, data []byte) error {
	var record sandboxRecord
	if err := json.Unmarshal(data, &record); err != nil {
		return err
	}
	s := &sandbox{id: id, handler: record.Handler, createdAt: record.CreatedAt, config: &runtimeapi.PodSandboxConfig{}}
	if err := protojson.Unmarshal(record.Config, s.config); err != nil {
		return err
	}
	if record.ID != id || s.config.GetMetadata().GetUid() == "" {
		return errors.New("incomplete record")
	}
	r.sandboxes[id] = s
	return nil
}

func (r *Runtime) loadContainer(id string, data []byte) error {
	var record containerRecord
	if err := json.Unmarshal(data, &record); err != nil {
		return err
	}
	state, known := runtimeapi.ContainerState_value[record.State]
	if record.ID != id || record.Sandbox == "" || !known {
		return errors.New("incomplete record")
	}
	c := &container{
		id: id, sandboxID: record.Sandbox, state: runtimeapi.ContainerState(state),
		createdAt: record.CreatedAt, startedAt: record.StartedAt, finishedAt: record.FinishedAt,
		exitCode: record.ExitCode, reason: record.Reason, message: record.Message,
		imageID: record.ImageID, imageRef: record.ImageRef, imageName: record.ImageName,
		logPath: record.LogPath, stopSignal: record.StopSignal, config: &runtimeapi.ContainerConfig{},
	}
	if err := protojson.Unmarshal(record.Config, c.config); err != nil {
		return err
	}
	if c.config.GetMetadata().GetName() == "" {
		return errors.New("incomplete record")
	}
	r.containers[id] = c
	if c.state == runtimeapi.ContainerState_CONTAINER_RUNNING {
		c.state = runtimeapi.ContainerState_CONTAINER_EXITED
		c.exitCode, c.reason, c.finishedAt = unknownExitCode, unknownReason, time.Now().UnixNano()
		if err := r.saveContainer(c); err != nil {
			return fmt.Errorf("container record: %w", err)
		}
	}
	return nil
}
