// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.keys;

import java.io.IOException;
import java.util.SortedMap;

/** Where private keys are: files, a PKCS #12 file, or a token behind PKCS #11. */
public interface KeyContainer {
  /** The keys of a purpose by their numbers. */
  SortedMap<Integer, SigningKey> keys(KeyPurpose purpose) throws IOException;

  /**
   * Makes a key that is not there yet and returns when it will not be lost.
   *
   * @throws IOException saying what to do, where the key must be made in another way
   */
  SigningKey create(KeyPurpose purpose, int number) throws IOException;
}
