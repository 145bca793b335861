import type { Command } from '../command.ts'
import { actors } from './actors.ts'
import { armModule } from './arm-module.ts'
import { auditVerify } from './audit-verify.ts'
import { cardKey } from './card-key.ts'
import { conformanceList } from './conformance-list.ts'
import { conformanceRun } from './conformance-run.ts'
import {
  controllersCalendar,
  controllersOffset,
  controllersShow,
  controllersState,
  controllersSwitch,
} from './controllers.ts'
import { credentialsReplace } from './credentials-replace.ts'
import { database } from './database.ts'
import { devicesAnswer, devicesDecommission, devicesFirmware, devicesNotify } from './devices.ts'
import { demo } from './demo.ts'
import { doctor } from './doctor.ts'
import { duisDecode } from './duis-decode.ts'
import { duisSign } from './duis-sign.ts'
import { duisVerify } from './duis-verify.ts'
import { feederDay, feederList, feederShow } from './feeder.ts'
import { gbcsDecode } from './gbcs-decode.ts'
import { gbcsEncode } from './gbcs-encode.ts'
import { gbcsExplain } from './gbcs-explain.ts'
import { guestVerify } from './guest-verify.ts'
import { homeOpenData, homePair, homeUsage } from './home.ts'
import {
  homeConsentBring,
  homeConsentGive,
  homeConsentNext,
  homeConsentWithdraw,
} from './home-consent.ts'
import { homeConsentAsk, homeConsentList } from './home-consent-list.ts'
import { init } from './init.ts'
import { installer } from './installer.ts'
import { llcsReplay } from './llcs-replay.ts'
import { ocmfVerify } from './ocmf-verify.ts'
import { ownerAdd, ownerRemove } from './owner.ts'
import { quarantineDelete, quarantineList, quarantineProcess } from './quarantine.ts'
import { stationsAdopt } from './stations-adopt.ts'
import { stationsKnocking } from './stations-knocking.ts'
import { tariffCompare } from './tariff-compare.ts'
import { supplierBill } from './supplier-bill.ts'
import { supplierSettlement } from './supplier-settlement.ts'
import { supplierUsage } from './supplier-usage.ts'
import { tariffPrice } from './tariff-price.ts'
import { tariffRead } from './tariff-read.ts'
import { topicGrant, topicList, topicRevoke, topicTail } from './topic.ts'
import { topicDeadLetters } from './topic-dead-letters.ts'
import { topicProof, topicVerifyProof } from './topic-proof.ts'
import { version } from './version.ts'

export const commands: readonly Command[] = [
  demo,
  doctor,
  auditVerify,
  init,
  database,
  installer,
  stationsKnocking,
  stationsAdopt,
  conformanceList,
  conformanceRun,
  armModule,
  llcsReplay,
  quarantineList,
  quarantineProcess,
  quarantineDelete,
  credentialsReplace,
  controllersSwitch,
  controllersCalendar,
  controllersOffset,
  controllersShow,
  controllersState,
  devicesNotify,
  devicesFirmware,
  devicesAnswer,
  devicesDecommission,
  cardKey,
  guestVerify,
  homePair,
  homeUsage,
  homeOpenData,
  homeConsentNext,
  homeConsentGive,
  homeConsentWithdraw,
  homeConsentBring,
  homeConsentAsk,
  homeConsentList,
  feederList,
  feederDay,
  feederShow,
  ownerAdd,
  ownerRemove,
  topicList,
  topicTail,
  topicGrant,
  topicRevoke,
  topicDeadLetters,
  topicProof,
  topicVerifyProof,
  ocmfVerify,
  tariffPrice,
  tariffRead,
  supplierBill,
  supplierSettlement,
  supplierUsage,
  tariffCompare,
  gbcsDecode,
  gbcsEncode,
  gbcsExplain,
  duisDecode,
  duisSign,
  duisVerify,
  ...actors,
  version,
]
