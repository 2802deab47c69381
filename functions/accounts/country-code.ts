/**
 * Country codes of one and two digits. All others have three digits
 * (https://www.itu.int/rec/T-REC-E.164, list of assigned codes).
 */
const SHORT = /^\+(1|7|20|27|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58])/;

/** The country code of a phone number in E.164 format: `+86`. */
export const countryCode = (phone: string): string => SHORT.exec(phone)?.[0] ?? phone.slice(0, 4);
