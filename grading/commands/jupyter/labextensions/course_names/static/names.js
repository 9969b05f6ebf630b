// ipywidgets draws a slider's name beside it and a play button's sign on it, but tells neither to a screen reader.
// This tells them, whenever widgets appear. Written by hand: JupyterLab loads it as one of its extensions.
(() => {
  const PLAY = ['play or pause', 'stop', 'repeat']
  function name(box) {
    for (const slider of box.querySelectorAll('.widget-slider')) {
      const words = slider.querySelector('.widget-label')?.textContent
      for (const part of slider.querySelectorAll('[role=slider], .widget-readout')) {
        if (words && part.getAttribute('aria-label') !== words) part.setAttribute('aria-label', words)
      }
    }
    for (const play of box.querySelectorAll('.widget-play')) {
      play.querySelectorAll('button').forEach((button, k) => {
        if (!button.hasAttribute('aria-label') && PLAY[k]) button.setAttribute('aria-label', PLAY[k])
      })
    }
  }
  const plugin = {
    id: 'course_names:plugin',
    autoStart: true,
    activate: () => {
      let waiting = false
      new MutationObserver(() => {
        if (waiting) return
        waiting = true
        requestAnimationFrame(() => { waiting = false; name(document.body) })
      }).observe(document.body, {childList: true, subtree: true})
    },
  }
  const all = (globalThis._JUPYTERLAB = globalThis._JUPYTERLAB || {})
  all['course_names'] = {init: () => {}, get: async () => () => ({__esModule: true, default: plugin})}
})()
