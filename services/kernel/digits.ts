const exactDigits = 15

/** Whether a double holds all digits of this decimal number, and so do JSON readers and spreadsheets. */
export function isShortNumber(text: string): boolean {
  return text.replaceAll(/^[-0.]+|[^0-9]/g, '').length <= exactDigits
}
