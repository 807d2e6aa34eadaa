// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.bench.egress;

import dev.signet.bench.Effort;
import dev.signet.bench.Measurement;
import dev.signet.bench.report.Result;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The signing egress proxy against the proxies that look into HTTPS and are installed. */
public final class HttpsMeasurement implements Measurement {
  static final String NAME = "https";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String what() {
    return "HTTPS, streams and idle connections through it, against proxies that look into HTTPS";
  }

  @Override
  public List<Result> run(Effort effort) throws IOException, InterruptedException {
    try (OriginCertificate origin = OriginCertificate.create()) {
      List<Result> results = new ArrayList<>(InterceptedLoad.run(effort, origin));
      results.addAll(EventDelay.run(effort, origin));
      results.addAll(ConnectionMemory.run(origin));
      return results;
    }
  }
}
