import { render } from 'preact'
import { Console } from './console.tsx'

const page = document.querySelector('#page')
if (page !== null) render(<Console />, page)
