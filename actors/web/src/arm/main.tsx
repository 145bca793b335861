import { render } from 'preact'
import { ArmPage } from './arm-page.tsx'

const page = document.querySelector('#page')
if (page !== null) render(<ArmPage />, page)
