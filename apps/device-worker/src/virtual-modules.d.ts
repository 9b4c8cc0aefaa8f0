declare module 'virtual:sqlite3.wasm' {
  /** The package's sqlite3.wasm, deflated (RFC 1950), base64url. */
  const packed: string;
  export default packed;
}
