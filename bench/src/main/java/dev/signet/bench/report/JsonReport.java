// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.bench.report;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;

/** One JSON object a line: the machine, then each result, figures unrounded. */
public final class JsonReport implements Report {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Appendable out;

  public JsonReport(Appendable out) {
    this.out = out;
  }

  @Override
  public void machine(Machine machine) throws IOException {
    out.append(JSON.writeValueAsString(JSON.createObjectNode().putPOJO("machine", machine)));
    out.append("\n");
  }

  @Override
  public void result(Result result) throws IOException {
    ObjectNode node = JSON.createObjectNode();
    node.put("benchmark", result.benchmark()).put("title", result.title());
    ArrayNode rows = node.putArray("rows");
    for (Row row : result.rows()) {
      ObjectNode figures = rows.addObject().put("name", row.name()).putObject("figures");
      for (int i = 0; i < result.columns().size(); i++) {
        Samples samples = row.samples().get(i);
        figures
            .putObject(result.columns().get(i))
            .put("median", samples.median())
            .put("lowest", samples.lowest())
            .put("highest", samples.highest())
            .put("rounds", samples.count())
            .put("ratio", samples.ratioTo(result.reference().samples().get(i)));
      }
    }
    ArrayNode floors = node.putArray("floors");
    for (Floor floor : result.floors()) {
      floors
          .addObject()
          .put("promise", floor.promise())
          .put("bound", floor.bound())
          .put("measured", floor.measured())
          .put("met", floor.met());
    }
    ArrayNode notes = node.putArray("notes");
    result.notes().forEach(notes::add);
    out.append(JSON.writeValueAsString(node)).append("\n");
  }
}
