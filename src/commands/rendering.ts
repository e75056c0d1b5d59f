/** The judged run as a document, in the look of this session. */
import { renderJson, scanSummary } from "../report/json.js";
import { jsonText } from "../report/jsonText.js";
import { renderText } from "../report/text.js";
import type { Judged } from "./judging.js";
import type { Session } from "./session.js";

export function renderJudged(judged: Judged, session: Session): string {
  return renderText(judged, { zone: session.zone, ...session.look });
}

export function renderJudgedJson(judged: Judged): string {
  return jsonText(renderJson(judged));
}

export function renderScanSummary(judged: Judged): string {
  return jsonText(scanSummary(judged));
}
