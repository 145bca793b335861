/**
 * Security events in words that end the sentence "The charger reports: …". Those of stations are named by Part 2, appendix 1;
 * the last five are noticed by the CSMS itself.
 */
export const securityEventWords = {
  FirmwareUpdated: 'it runs new firmware',
  FailedToAuthenticateAtCsms: 'its server did not accept who it is',
  CsmsFailedToAuthenticate: 'it did not accept who its server is',
  SettingSystemTime: 'its clock was set',
  StartupOfTheDevice: 'it has started',
  ResetOrReboot: 'it was restarted',
  SecurityLogWasCleared: 'its security log was cleared',
  ReconfigurationOfSecurityParameters: 'its security settings were changed',
  MemoryExhaustion: 'its memory is full',
  InvalidMessages: 'messages came that nobody may send',
  AttemptedReplayAttacks: 'an old command was sent to it again',
  TamperDetectionActivated: 'someone is tampering with it',
  InvalidFirmwareSignature: 'it was offered firmware that its maker did not sign',
  InvalidFirmwareSigningCertificate: 'it was offered firmware under a certificate that is not good',
  InvalidCsmsCertificate: 'its server showed a certificate that is not good',
  InvalidChargingStationCertificate: 'it was sent a certificate for itself that is not good',
  DiscardedRenewedClientCertificate:
    'it went back to its old certificate, for the new one was not accepted',
  InvalidTLSVersion: 'its server speaks a version of TLS that is too old',
  InvalidTLSCipherSuite: 'its server offers no cipher that is strong enough',
  MaintenanceLoginAccepted: 'a technician has signed in at it',
  MaintenanceLoginFailed: 'someone has tried to sign in at it and failed',
  ConnectionRefused: 'something tried to connect in its name and was turned away',
  SeqNoReused: 'it sent two different events under one number',
  ConnectionReplaced: 'it connected again, and its dead connection was given up',
  SecondConnection: 'something else tried to connect while it was connected itself',
  BootOfAnother: 'it started under a serial number that is not that of its certificate',
} as const
