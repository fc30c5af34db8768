package progress

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/labctl-dev/labctl/internal/event"
)

// beat is how often the view redraws while nothing happens.
const beat = 120 * time.Millisecond

type (
	eventMsg  event.Event
	beatMsg   time.Time
	cancelMsg struct{} // the work's context ended for another reason than Ctrl-C here
	doneMsg   struct{} // the work returned
)

// model is the Bubble Tea model of one verb. Update only folds messages into
// it: the work runs elsewhere, and stop is called by a command.
type model struct {
	board   Board
	look    Look
	stop    func()
	pressed bool // Ctrl-C, on this keyboard
	ended   bool
}

// Init starts the beat.
func (m model) Init() tea.Cmd { return nextBeat() }

// Update folds msg into the model.
func (m model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case eventMsg:
		m.board = m.board.With(event.Event(msg))
		m.look.Now = later(m.look.Now, msg.Time)
	case beatMsg:
		m.look.Beat++
		m.look.Now = later(m.look.Now, time.Time(msg))
		return m, nextBeat()
	case tea.WindowSizeMsg:
		m.look.Width, m.look.Height = msg.Width, msg.Height
	case cancelMsg:
		m.look.Stopping = true
	case doneMsg:
		m.ended = true
		return m, tea.Quit
	case tea.KeyPressMsg:
		return m.press(msg)
	}
	return m, nil
}

// press answers Ctrl-C: the first stops the work, the second leaves at once.
func (m model) press(key tea.KeyPressMsg) (tea.Model, tea.Cmd) {
	if key.Mod != tea.ModCtrl || (key.Code != 'c' && key.BaseCode != 'c') {
		return m, nil
	}
	if m.look.Stopping {
		return m, tea.Interrupt
	}
	m.look.Stopping, m.pressed = true, true
	stop := m.stop
	return m, func() tea.Msg { stop(); return nil }
}

// View draws the frame, or what stays once the work has returned.
func (m model) View() tea.View {
	if m.ended {
		return tea.NewView(Summary(m.board, m.look) + "\n")
	}
	return tea.NewView(Frame(m.board, m.look))
}

func nextBeat() tea.Cmd {
	return tea.Tick(beat, func(t time.Time) tea.Msg { return beatMsg(t) })
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
