/** Why a sealed message is not taken. The names also tell a broker's tampering from an author's. */
export const sealRefusals = {
  SealMalformed: 'the sealed message cannot be read',
  SealTopic: 'it was sealed for another topic',
  SealProtection: 'it is not protected as its topic demands',
  SealForbidden: 'its author may not publish there',
  SealAuthor: 'its author is not who the certificate names',
  SealExpired: 'it has expired',
  SealNotYetValid: 'it was sealed in the future',
  SealLifetime: 'it would stay valid for longer than its topic is kept',
  SealNotForUs: 'it is not sealed for this reader',
  SealEpochUnknown: 'its epoch is not one that this reader has a key for',
  SealAltered: 'it was changed after it was sealed',
  SealSignature: "its author's signature does not verify",
  SealContent: 'what is inside is not what its topic carries',
  SealRepeated: 'it was taken before',
  SealReused:
    'its author has given its number before: what it keeps was set back, or it is there twice',
  SealEpochBack: 'its author had moved on to a later epoch',
  SealGap: 'messages of its author before it are missing',
  SealReordered: 'it came after later messages of its author',
  SealSilent: 'its author has been silent for longer than it may be',
  SealHeadForged: 'the key server says of its author what that has not signed',
  SealHeadBack: 'its author signed that it had come less far than it had signed before',
  SealWithheld: 'its author has said it, and the middleware has not brought it',
  LeaseExpired: 'the lease to publish under this epoch has run out',
} as const satisfies Record<string, string>

export type SealRefusal = keyof typeof sealRefusals
export const sealRefusalWords = (reason: SealRefusal): string => sealRefusals[reason]

/** Why somebody is not given the keys of a group topic. */
export const joinRefusals = {
  JoinNoGroup: 'the topic has no keys to give',
  JoinForbidden: 'its role neither publishes nor reads this topic',
  JoinUntrusted: 'its certificate is not trusted, or no longer',
  JoinNoGround: 'nobody it is about has agreed to that, and no contract says so',
  JoinFull: 'the topic has as many members as it may have',
  JoinTooOften:
    'its organisation has joined there too often of late: it may once more in six hours at the most, so go on asking',
} as const satisfies Record<string, string>

export type JoinRefusal = keyof typeof joinRefusals
export const joinRefusalWords = (reason: JoinRefusal): string => joinRefusals[reason]
