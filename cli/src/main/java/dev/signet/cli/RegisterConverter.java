// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.cli;

import dev.signet.protocol.Appraisal;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** The word for a kind of launch register. */
final class RegisterConverter implements ITypeConverter<Appraisal.Register> {
  @Override
  public Appraisal.Register convert(String word) {
    return switch (word) {
      case "pcr" -> Appraisal.Register.PCR;
      case "nv" -> Appraisal.Register.NV;
      default -> throw new TypeConversionException("expected pcr or nv, got " + word);
    };
  }
}
