// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.cli;

import dev.signet.attestor.EndorsementKeyKind;
import dev.signet.protocol.KeyProtection;
import dev.signet.protocol.Signing;
import java.util.function.Function;
import java.util.stream.Stream;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** The words for kinds of keys, and for how request keys are kept and used. */
final class KeyWords {
  private KeyWords() {}

  private static <T> T known(T[] all, Function<T, String> named, String expected, String word) {
    return Stream.of(all)
        .filter(one -> named.apply(one).equals(word))
        .findFirst()
        .orElseThrow(() -> new TypeConversionException("expected " + expected + ", got " + word));
  }

  /** Of {@link KeyProtection}. */
  static final class Protections implements ITypeConverter<KeyProtection> {
    @Override
    public KeyProtection convert(String word) {
      return known(KeyProtection.values(), KeyProtection::wireName, "sealed or resident", word);
    }
  }

  /** Of {@link EndorsementKeyKind}. */
  static final class EndorsementKeys implements ITypeConverter<EndorsementKeyKind> {
    @Override
    public EndorsementKeyKind convert(String word) {
      return known(
          EndorsementKeyKind.values(),
          EndorsementKeyKind::toString,
          "rsa-2048, p-256 or p-384",
          word);
    }
  }

  /** Of {@link Signing}. */
  static final class Signings implements ITypeConverter<Signing> {
    @Override
    public Signing convert(String word) {
      return known(Signing.values(), Signing::wireName, "direct or lease", word);
    }
  }
}
