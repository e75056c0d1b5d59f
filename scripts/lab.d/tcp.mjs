/**
 * TCP speakers: each says what a real server of its kind says first or to a first question, and no more.
 * Enough for a handshake, for `nmap -sV` and for a person with netcat.
 */
import { createServer } from "node:http";
import { createServer as createListener } from "node:net";

/** Longest time a client may sit idle, milliseconds: nmap's longest probe waits 15 s. */
const IDLE = 60_000;

/**
 * A speaker: what it says at once, and what it answers to a chunk of input (`null`: nothing; `end`: and hangs up).
 * @typedef {{greeting?: string | Buffer, answer?: (input: Buffer) => string | Buffer | {end: string | Buffer} | null}} Speaker
 */

/** @type {Record<string, Speaker>} */
const SPEAKERS = {
  ssh: { greeting: "SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n" },
  smtp: {
    greeting: "220 mail.lab.example ESMTP Postfix (Debian/GNU)\r\n",
    answer: (input) => {
      const verb = firstWord(input);
      if (verb === "EHLO")
        return "250-mail.lab.example\r\n250-PIPELINING\r\n250-SIZE 10240000\r\n250 8BITMIME\r\n";
      if (verb === "HELO") return "250 mail.lab.example\r\n";
      if (verb === "QUIT") return { end: "221 2.0.0 Bye\r\n" };
      return "502 5.5.2 Error: command not recognized\r\n";
    },
  },
  ftp: {
    greeting: "220 (vsFTPd 3.0.3)\r\n",
    answer: (input) => {
      const verb = firstWord(input);
      if (verb === "USER") return "331 Please specify the password.\r\n";
      if (verb === "QUIT") return { end: "221 Goodbye.\r\n" };
      return "530 Please login with USER and PASS.\r\n";
    },
  },
  pop3: {
    greeting: "+OK Dovecot ready.\r\n",
    answer: (input) =>
      firstWord(input) === "QUIT" ? { end: "+OK Logging out\r\n" } : "-ERR Unknown command.\r\n",
  },
  imap: {
    greeting:
      "* OK [CAPABILITY IMAP4rev1 SASL-IR LOGIN-REFERRALS ID ENABLE IDLE LITERAL+ AUTH=PLAIN] Dovecot ready.\r\n",
    answer: (input) =>
      `${input.toString("latin1").split(/\s/)[0] || "*"} BAD Error in IMAP command received by server.\r\n`,
  },
  // Telnet option negotiation (RFC 854): DO TERMINAL-TYPE, DO NAWS, WILL ECHO, then the login prompt.
  telnet: {
    greeting: Buffer.concat([
      Buffer.from([255, 253, 24, 255, 253, 31, 255, 251, 1]),
      Buffer.from("Debian GNU/Linux 12\r\nlab login: "),
    ]),
  },
  mysql: { greeting: mysqlGreeting("8.0.36") },
  vnc: { greeting: "RFB 003.008\n" },
  rsync: { greeting: "@RSYNCD: 31.0\n" },
  /** Buffers nothing: a start-up packet fits one segment. */
  postgresql: { answer: answerPostgres },
  redis: { answer: answerRedis },
  memcached: {
    answer: (input) =>
      input.toString("latin1").split("\n").slice(0, -1).map(answerMemcached).join("") || null,
  },
  /** Accepts, and says nothing whatever is asked. */
  silent: {},
  /** nmap reports the text in front as extra info: its "percent" must not be taken for a line of progress. */
  chatty: {
    greeting:
      "220 disk 42 percent full, about 99.00 percent done; mail.lab.example ESMTP Postfix (3.7.11)\r\n",
  },
  "hostile-ansi": { greeting: "220 \u001b[2J\u001b[31mowned\u001b[0m\u001b]0;title\u0007 ESMTP Postfix\r\n" },
  "hostile-html": { greeting: "SSH-2.0-OpenSSH_9.2p1 Debian-<script>alert(1)</script>\r\n" },
  "hostile-utf8": { greeting: "220 邮件.服务器.example ESMTP Postfix (数据库)\r\n" },
};

/**
 * Listens on one port of this namespace.
 *
 * @param {number} port
 * @param {string} name a speaker, "http" or "https"
 * @param {{family: 4 | 6, tls: {key: string, cert: string} | null}} how family 6: both
 * @returns {Promise<void>} once it listens; rejects when it cannot
 */
export async function listenTcp(port, name, how) {
  const server = await serverFor(name, how.tls);
  await new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ port, host: how.family === 6 ? "::" : "0.0.0.0", backlog: 511 }, () =>
      resolve(undefined),
    );
  });
  server.removeAllListeners("error");
  server.on("error", () => {});
}

/** @param {string} name @param {{key: string, cert: string} | null} tls @returns {Promise<import("node:net").Server>} */
async function serverFor(name, tls) {
  if (name === "https" && tls !== null) {
    const https = await import("node:https");
    return https.createServer({ key: tls.key, cert: tls.cert }, answerHttp).on("tlsClientError", () => {});
  }
  if (name === "http" || name === "https") {
    return createServer({ keepAliveTimeout: 2000 }, answerHttp).on("clientError", (_error, socket) => {
      if (socket.writable)
        socket.end("HTTP/1.1 400 Bad Request\r\nServer: nginx/1.22.1\r\nConnection: close\r\n\r\n");
    });
  }
  const speaker = SPEAKERS[name];
  if (speaker === undefined) throw new Error(`no TCP speaker is called ${name}`);
  return createListener((socket) => converse(socket, speaker));
}

/** @param {import("node:net").Socket} socket @param {Speaker} speaker */
function converse(socket, speaker) {
  socket.on("error", () => {});
  socket.setTimeout(IDLE, () => socket.destroy());
  if (speaker.greeting !== undefined) socket.write(speaker.greeting);
  socket.on("data", (input) => {
    const said = speaker.answer?.(input) ?? null;
    if (said === null) return;
    if (typeof said === "object" && "end" in said) socket.end(said.end);
    else socket.write(said);
  });
}

/** @param {import("node:http").IncomingMessage} request @param {import("node:http").ServerResponse} response */
function answerHttp(request, response) {
  const found = request.url === "/" && (request.method === "GET" || request.method === "HEAD");
  const body = found
    ? "<html><head><title>Lab host</title></head><body>Lab</body></html>\n"
    : "404 Not Found\n";
  response.writeHead(found ? 200 : 404, {
    Server: "nginx/1.22.1",
    "Content-Type": "text/html",
    "Content-Length": body.length,
  });
  response.end(request.method === "HEAD" ? undefined : body);
}

/** @param {Buffer} input */
function firstWord(input) {
  return (/^[A-Za-z]+/.exec(input.toString("latin1"))?.[0] ?? "").toUpperCase();
}

/** The server's handshake packet, protocol 10 (MySQL internals manual). @param {string} version */
function mysqlGreeting(version) {
  const body = Buffer.concat([
    Buffer.from([10]),
    Buffer.from(`${version}\0`),
    Buffer.from([8, 0, 0, 0]),
    Buffer.from("abcdefgh\0"),
    Buffer.from([0xff, 0xff, 0xff, 0x02, 0x00, 0xff, 0xdf, 21]),
    Buffer.alloc(10),
    Buffer.from("ijklmnopqrst\0"),
    Buffer.from("caching_sha2_password\0"),
  ]);
  return Buffer.concat([Buffer.from([body.length & 0xff, body.length >> 8, 0, 0]), body]);
}

/** @param {string} line */
function answerMemcached(line) {
  const verb = line.trim().toLowerCase();
  if (verb === "version") return "VERSION 1.6.18\r\n";
  if (verb === "stats") return "STAT pid 42\r\nSTAT uptime 4242\r\nSTAT version 1.6.18\r\nEND\r\n";
  return "ERROR\r\n";
}

/**
 * SSLRequest is declined, a start-up packet of an unknown version refused, what is no start-up packet hung up on: as
 * PostgreSQL 15 does (postmaster.c, ProcessStartupPacket).
 *
 * @param {Buffer} input
 */
function answerPostgres(input) {
  const length = input.length >= 4 ? input.readUInt32BE(0) : 0;
  if (length < 8 || length > 10_000) return { end: "" };
  if (input.length < length) return null;
  if (length === 8 && input.readUInt32BE(4) === 80877103) return "N";
  const text =
    input.readUInt16BE(4) === 3
      ? [
          "FATAL",
          "28000",
          "no PostgreSQL user name specified in startup packet",
          "postmaster.c",
          "2183",
          "ProcessStartupPacket",
        ]
      : [
          "FATAL",
          "0A000",
          `unsupported frontend protocol ${input.readUInt16BE(4)}.${input.readUInt16BE(6)}: server supports 3.0 to 3.0`,
          "postmaster.c",
          "2128",
          "ProcessStartupPacket",
        ];
  const fields = `S${text[0]}\0V${text[0]}\0C${text[1]}\0M${text[2]}\0F${text[3]}\0L${text[4]}\0R${text[5]}\0\0`;
  const head = Buffer.alloc(5);
  head.write("E");
  head.writeUInt32BE(fields.length + 4, 1);
  return { end: Buffer.concat([head, Buffer.from(fields, "latin1")]) };
}

/** Inline commands and one RESP array a chunk (redis.io/docs/reference/protocol-spec). @param {Buffer} input */
function answerRedis(input) {
  const text = input.toString("latin1");
  const words = text.startsWith("*")
    ? text.split("\r\n").filter((line) => !/^[*$]\d+$/.test(line))
    : text.trim().split(/\s+/);
  const verb = (words[0] ?? "").toUpperCase();
  if (verb === "PING") return "+PONG\r\n";
  if (verb === "INFO") {
    const info =
      "# Server\r\nredis_version:7.0.15\r\nredis_mode:standalone\r\nos:Linux 6.1.0 x86_64\r\ntcp_port:6379\r\n";
    return `$${info.length}\r\n${info}\r\n`;
  }
  if (verb === "QUIT") return { end: "+OK\r\n" };
  return `-ERR unknown command '${verb.slice(0, 64)}', with args beginning with: \r\n`;
}
