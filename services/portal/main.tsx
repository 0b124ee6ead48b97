import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import './portal.css'
import { router } from './router.tsx'
import { queries } from './session.ts'
import { openText, wantedLanguage } from './text.ts'

const place = document.getElementById('portal')
if (!place) throw new Error('the page has no place for the portal')
await openText(wantedLanguage(window.location.search, navigator.languages))
createRoot(place).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  </StrictMode>,
)
