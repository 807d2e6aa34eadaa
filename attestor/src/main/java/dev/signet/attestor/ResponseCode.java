// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import java.util.Map;

/**
 * A raw 32-bit response code (TPM 2.0 Library Part 2, 6.6). Everything but 0 is a failure, also
 * codes of layers below the TPM that have other bits set.
 */
record ResponseCode(int raw) {
  static final int SUCCESS = 0;
  static final int INITIALIZE = 0x100;
  static final int POLICY = 0x126;
  static final int PCR_CHANGED = 0x128;
  static final int OBJECT_MEMORY = 0x902;
  static final int SESSION_MEMORY = 0x903;
  static final int SESSION_HANDLES = 0x905;
  static final int YIELDED = 0x908;
  static final int TESTING = 0x90a;
  static final int NV_RATE = 0x920;
  static final int LOCKOUT = 0x921;
  static final int RETRY = 0x922;

  // Format-one codes without their parameter, handle or session number.
  static final int VALUE = 0x84;
  static final int HANDLE = 0x8b;
  static final int AUTH_FAIL = 0x8e;
  static final int POLICY_FAIL = 0x9d;
  static final int INTEGRITY = 0x9f;
  static final int SIGNATURE = 0x9b;
  static final int NONCE = 0x8f;
  static final int BAD_AUTH = 0xa2;
  static final int EXPIRED = 0xa3;

  private static final Map<Integer, String> NAMES =
      Map.ofEntries(
          Map.entry(INITIALIZE, "INITIALIZE: the TPM was not started; send TPM2_Startup"),
          Map.entry(0x101, "FAILURE: the TPM is in failure mode; power-cycle the machine"),
          Map.entry(0x120, "DISABLED: the hierarchy is disabled"),
          Map.entry(0x121, "EXCLUSIVE"),
          Map.entry(0x124, "AUTH_TYPE"),
          Map.entry(0x125, "AUTH_MISSING"),
          Map.entry(POLICY, "POLICY: a policy assertion does not hold"),
          Map.entry(0x127, "PCR"),
          Map.entry(PCR_CHANGED, "PCR_CHANGED: a PCR moved since the policy session read it"),
          Map.entry(0x12d, "UPGRADE"),
          Map.entry(0x12e, "TOO_MANY_CONTEXTS"),
          Map.entry(0x12f, "AUTH_UNAVAILABLE: this object cannot be used in that way"),
          Map.entry(0x143, "COMMAND_CODE: the TPM does not have this command"),
          Map.entry(0x149, "NV_AUTHORIZATION"),
          Map.entry(0x14a, "NV_UNINITIALIZED"),
          Map.entry(0x14b, "NV_SPACE: NV memory is full"),
          Map.entry(0x14c, "NV_DEFINED: there is something at that handle"),
          Map.entry(0x153, "UNBALANCED"),
          Map.entry(OBJECT_MEMORY, "OBJECT_MEMORY: no free object slot; flush one"),
          Map.entry(SESSION_MEMORY, "SESSION_MEMORY: no free session slot; flush one"),
          Map.entry(0x904, "MEMORY"),
          Map.entry(SESSION_HANDLES, "SESSION_HANDLES: too many sessions; flush some"),
          Map.entry(0x906, "OBJECT_HANDLES"),
          Map.entry(0x907, "LOCALITY"),
          Map.entry(YIELDED, "YIELDED: try again"),
          Map.entry(0x909, "CANCELED"),
          Map.entry(TESTING, "TESTING: self-test runs; try again"),
          Map.entry(0x910, "REFERENCE_H0: the handle is not loaded"),
          Map.entry(0x918, "REFERENCE_S0: the session is not loaded"),
          Map.entry(NV_RATE, "NV_RATE: too many NV writes; try again later"),
          Map.entry(LOCKOUT, "LOCKOUT: too many failed authorizations; wait, and find who failed"),
          Map.entry(RETRY, "RETRY: try again"),
          Map.entry(0x923, "NV_UNAVAILABLE"),
          Map.entry(0x81, "ASYMMETRIC"),
          Map.entry(0x82, "ATTRIBUTES"),
          Map.entry(0x83, "HASH"),
          Map.entry(VALUE, "VALUE"),
          Map.entry(0x85, "HIERARCHY"),
          Map.entry(0x87, "KEY_SIZE"),
          Map.entry(0x8a, "TYPE"),
          Map.entry(HANDLE, "HANDLE: there is nothing at that handle"),
          Map.entry(AUTH_FAIL, "AUTH_FAIL: wrong authorization, and it counts towards lockout"),
          Map.entry(NONCE, "NONCE: not this session's nonce"),
          Map.entry(0x92, "SCHEME"),
          Map.entry(0x95, "SIZE"),
          Map.entry(0x96, "SYMMETRIC"),
          Map.entry(0x9a, "INSUFFICIENT: the command is too short"),
          Map.entry(SIGNATURE, "SIGNATURE: the signature is not valid"),
          Map.entry(0x9c, "KEY"),
          Map.entry(POLICY_FAIL, "POLICY_FAIL: the session does not have the object's policy"),
          Map.entry(INTEGRITY, "INTEGRITY: made by another TPM, or before a reset or TPM2_Clear"),
          Map.entry(0xa0, "TICKET"),
          Map.entry(BAD_AUTH, "BAD_AUTH: wrong authorization"),
          Map.entry(EXPIRED, "EXPIRED: the policy's time is over"));

  /** Nothing happened: the same bytes may be sent again after a pause. */
  boolean mayBeSentAgain() {
    return raw == RETRY || raw == YIELDED || raw == TESTING || raw == NV_RATE;
  }

  /** The code without parameter, handle or session number. */
  int kind() {
    return isFormatOne() ? raw & 0xbf : raw;
  }

  private boolean isFormatOne() {
    return (raw & 0xfffff000) == 0 && (raw & 0x80) != 0;
  }

  /** For people: the name, what it means, and which parameter, handle or session it is about. */
  String words() {
    String name =
        NAMES.getOrDefault(
            kind(),
            (raw & 0xffff0000) != 0 ? "from a layer below the TPM" : "unknown to this program");
    return "0x" + Integer.toHexString(raw) + " " + name + where();
  }

  private String where() {
    if (!isFormatOne()) {
      return "";
    }
    int number = raw >> 8 & 0xf;
    if ((raw & 0x40) != 0) {
      return " (parameter " + number + ")";
    }
    if ((number & 8) != 0) {
      return " (session " + (number & 7) + ")";
    }
    return number == 0 ? "" : " (handle " + number + ")";
  }
}
