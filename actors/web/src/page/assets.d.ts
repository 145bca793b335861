/** Style sheets are the bundler's business; importing one has no value. */
declare module '*.css'
