/** Traditional characters and their simplified ones: `㑯 㑔|㑳 㑇`. The package has no types for this file. */
declare module 'opencc-js/dict/TSCharacters' {
  const characters: string;
  export default characters;
}
