// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.cli;

import dev.signet.attestor.EndorsementKeyKind;
import dev.signet.protocol.KeyProtection;
import dev.signet.protocol.Signing;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** The words for kinds of keys, and for how request keys are kept and used. */
final class KeyWords {
  private KeyWords() {}

  /** Of {@link KeyProtection}. */
  static final class Protections implements ITypeConverter<KeyProtection> {
    @Override
    public KeyProtection convert(String word) {
      for (KeyProtection known : KeyProtection.values()) {
        if (known.wireName().equals(word)) {
          return known;
        }
      }
      throw new TypeConversionException("expected sealed or resident, got " + word);
    }
  }

  /** Of {@link EndorsementKeyKind}. */
  static final class EndorsementKeys implements ITypeConverter<EndorsementKeyKind> {
    @Override
    public EndorsementKeyKind convert(String word) {
      for (EndorsementKeyKind known : EndorsementKeyKind.values()) {
        if (known.toString().equals(word)) {
          return known;
        }
      }
      throw new TypeConversionException("expected rsa-2048, p-256 or p-384, got " + word);
    }
  }

  /** Of {@link Signing}. */
  static final class Signings implements ITypeConverter<Signing> {
    @Override
    public Signing convert(String word) {
      for (Signing known : Signing.values()) {
        if (known.wireName().equals(word)) {
          return known;
        }
      }
      throw new TypeConversionException("expected direct or lease, got " + word);
    }
  }
}
