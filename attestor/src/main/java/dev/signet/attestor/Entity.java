// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import tss.tpm.TPM_HANDLE;

/**
 * Something in the TPM that a command names: handle, Name (which authorizations are computed over)
 * and authorization value.
 */
record Entity(int handle, byte[] name, byte[] auth) {
  static final int OWNER = 0x40000001;
  static final int NULL = 0x40000007;
  static final int LOCKOUT = 0x4000000a;
  static final int ENDORSEMENT = 0x4000000b;

  /** A permanent handle, PCR or session: its Name is its handle (Part 1, 16). */
  static Entity plain(int handle) {
    return new Entity(handle, Octets.u32(handle), Octets.NONE);
  }

  static Entity hierarchy(int handle, byte[] auth) {
    return new Entity(handle, Octets.u32(handle), auth);
  }

  static Entity object(int handle, byte[] name, byte[] auth) {
    return new Entity(handle, name, auth);
  }

  Entity withAuth(byte[] value) {
    return new Entity(handle, name, value);
  }

  /** A fresh marshaller's handle; TSS.Java's shared constants are mutable and so never used. */
  TPM_HANDLE marshalled() {
    return new TPM_HANDLE(handle);
  }

  @Override
  public String toString() {
    return "Entity[0x" + Integer.toHexString(handle) + "]";
  }
}
