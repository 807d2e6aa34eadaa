// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import dev.signet.launcher.traffic.ExchangeDraft;
import dev.signet.launcher.traffic.ExchangeLog;
import dev.signet.launcher.traffic.ExchangeRecord;
import io.netty.handler.codec.http.HttpResponse;
import java.util.List;

/** What the proxy's own types mean for the exchange log. */
final class Drafts {
  private Drafts() {}

  /** Of a connection on which no request was understood. */
  static ExchangeDraft begin(ExchangeLog log) {
    return log.begin(ExchangeRecord.Kind.HTTP);
  }

  static ExchangeDraft begin(ExchangeLog log, RequestHead head) {
    ExchangeDraft draft = begin(log);
    draft.request(head.method());
    head.fields().forEach(field -> draft.requestField(field.key(), field.value()));
    asked(draft, head);
    return draft;
  }

  /** Where a refused request wanted to go is worth knowing. */
  private static void asked(ExchangeDraft draft, RequestHead head) {
    if (head.method().equals("CONNECT")) {
      try {
        Target tunnel = Target.parse("https://" + head.target());
        draft.asked(tunnel.host(), tunnel.port(), null);
      } catch (RefusedRequestException e) {
        return; // it names no host
      }
    } else if (head.target().startsWith("/") && Target.isVisible(head.target())) {
      draft.asked(null, 0, head.target());
    }
  }

  static void target(ExchangeDraft draft, Target target) {
    draft.target(target.scheme(), target.host(), target.port(), target.pathAndQuery());
  }

  static void signed(ExchangeDraft draft, List<Field> sent) {
    for (Field field : sent) {
      if (field.name().equals("Signature-Input")) {
        draft.signed(field.value());
      }
    }
  }

  static void answer(ExchangeDraft draft, HttpResponse response) {
    draft.answer(response.status().code(), response.headers()::get);
  }

  /** Ends with the launcher's own answer. */
  static void end(ExchangeDraft draft, Problem problem) {
    EgressReason reason = problem.reason();
    if (reason.ofUpstream()) {
      draft.failed(reason.name(), reason.status());
    } else {
      draft.refused(reason.name(), reason.status());
    }
  }
}
