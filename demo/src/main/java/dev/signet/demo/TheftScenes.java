// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.demo;

import dev.signet.demo.Story.Outcome;

/** What a thief can do who sees the requests, and has the API key and the token. */
final class TheftScenes {
  private final Props props;
  private final World world;
  private final Story story;

  TheftScenes(Props props) {
    this.props = props;
    this.world = props.world();
    this.story = props.story();
  }

  void thefts(AgentRun agent) throws Exception {
    String captured = world.tap().lastRequest();
    Thief thief = new Thief(world.tools().port());
    String authority = "127.0.0.1:" + world.tap().port();
    story.scene(
        "stolen-api-key",
        "A thief has the agent's API key and calls the service with it.",
        "UNSIGNED",
        () -> told(thief.callWithApiKey(authority, World.API_KEY), "the key alone is no identity"));
    story.scene(
        "replayed-request",
        "He sends a request that he captured on the wire once more, byte for byte.",
        "REPLAYED",
        () -> told(thief.send(captured), "each signature works once"));
    story.scene(
        "other-path",
        "He uses the captured signature for another path.",
        "BAD_SIGNATURE",
        () ->
            told(
                thief.send(captured.replaceFirst("POST /notes ", "POST /payments ")),
                "the path is signed"));
    story.scene(
        "other-body",
        "He stops a request on its way and passes it on with another body of the same length.",
        "BODY_MISMATCH",
        () -> {
          world.tap().withhold(true);
          agent.ask("POST /notes pay 10 to Alice");
          world.tap().withhold(false);
          return told(thief.send(otherBody(world.tap().lastRequest())), "the body is signed");
        });
    story.scene(
        "stolen-token",
        "He takes the identity token from the wire and signs with a key of his own.",
        "UNKNOWN_KEY",
        () ->
            told(
                thief.send(StolenToken.request(captured, authority, world.random())),
                "the token is bound to the key in the launcher"));
  }

  private static String otherBody(String request) {
    int body = request.indexOf("\r\n\r\n") + 4;
    return request.substring(0, body) + "X".repeat(request.length() - body);
  }

  private static Outcome told(Thief.Result result, String why) {
    return result.reason().equals("ACCEPTED")
        ? Outcome.accepted("the service answered " + result.status())
        : Outcome.refused(result.reason(), "status " + result.status() + ": " + why);
  }
}
