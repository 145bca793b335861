/** Where the console is unless told otherwise; the arm page, on an origin of its own, is one above. */
export const pagePort = 7360
