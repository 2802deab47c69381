/** The parts of node-forge, whose types describe the whole only. */
declare module 'node-forge/lib/forge.js' {
  import forge from 'node-forge';
  export default forge;
}
declare module 'node-forge/lib/pki.js';
