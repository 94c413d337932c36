import fc from 'fast-check';

/** Any character of Unicode, one in three ASCII, as unit of strings. fast-check's own unit `binary` takes a second to prepare. */
export const anyCharacter = fc
  .oneof(fc.nat(0x7f), fc.nat(0xd7ff), fc.integer({ min: 0xe000, max: 0x10ffff }))
  .map((codePoint) => String.fromCodePoint(codePoint));
