/**
 * Requests to the house that served this page; nobody else is ever asked.
 *
 * JSON goes out and comes in. What was refused becomes a `Refusal` with the sentence that the server gave (one shape for all errors),
 * a house that does not answer becomes one with status 0. Changes carry the header that a foreign page cannot send.
 */

export class Refusal extends Error {
  /** `status` is 0 where nobody answered. `raw` is what came back, for the folded text below the sentence. */
  constructor(
    readonly status: number,
    readonly sentence: string,
    readonly raw: string,
  ) {
    super(sentence);
    this.name = "Refusal";
  }
}

const NOBODY = "The archive does not answer. It may have been stopped, or it is starting again.";

/** One request; raises `Refusal`, and the abort of its own signal. */
export async function ask(path: string, init: RequestInit = {}): Promise<Response> {
  let answer: Response;
  try {
    answer = await fetch(path, init);
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw new Refusal(0, NOBODY, String(error));
  }
  if (!answer.ok) throw await refusalOf(answer);
  return answer;
}

async function refusalOf(answer: Response): Promise<Refusal> {
  const raw = await answer.text().catch(() => "");
  try {
    const words: unknown = JSON.parse(raw);
    if (typeof words === "object" && words !== null && "detail" in words && typeof words.detail === "string") {
      return new Refusal(answer.status, words.detail, raw);
    }
  } catch {
    // no JSON: something between here and the house spoke
  }
  return new Refusal(answer.status, `The archive answered ${answer.status} ${answer.statusText}.`, raw);
}

export type Parameters = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;

/** A path with its parameters; those that are undefined or empty are left out, lists are repeated. */
export function withParameters(path: string, parameters: Parameters = {}): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    for (const one of Array.isArray(value) ? value : [value]) if (one !== undefined && one !== "") query.append(name, String(one));
  }
  const text = query.toString();
  return text ? `${path}?${text}` : path;
}

export async function get<Words>(path: string, parameters?: Parameters, signal?: AbortSignal): Promise<Words> {
  const answer = await ask(withParameters(path, parameters), signal ? { signal } : {});
  return (await answer.json()) as Words;
}

const MARK = { "X-Isocenter": "page" };

/** A change: POST, PUT or DELETE with a JSON body, or none. An empty answer is undefined. */
export async function change<Words = undefined>(
  method: "POST" | "PUT" | "DELETE",
  path: string,
  body?: unknown,
  signal?: AbortSignal,
): Promise<Words> {
  const init: RequestInit = { method, headers: MARK };
  if (body !== undefined) {
    init.body = JSON.stringify(body);
    init.headers = { ...MARK, "Content-Type": "application/json" };
  }
  if (signal) init.signal = signal;
  const answer = await ask(path, init);
  const text = await answer.text();
  return (text ? JSON.parse(text) : undefined) as Words;
}

/** A change whose body is bytes: an upload. */
export async function upload<Words>(path: string, body: BodyInit, type: string, signal?: AbortSignal): Promise<Words> {
  const init: RequestInit = { method: "POST", headers: { ...MARK, "Content-Type": type }, body };
  if (signal) init.signal = signal;
  return (await (await ask(path, init)).json()) as Words;
}
