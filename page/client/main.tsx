import 'uplot/dist/uPlot.min.css'
import './styles/all.css'
import { render } from 'preact'
import { App } from './app.tsx'
import { connect } from './live.ts'
import { followLinks } from './router.ts'

const root = document.getElementById('page')
if (root !== null) {
  render(<App />, root)
  followLinks()
  connect()
}
