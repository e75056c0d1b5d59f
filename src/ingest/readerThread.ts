/** What a reader thread runs (`readerThreads.ts` starts it). */
import { parentPort } from "node:worker_threads";
import { type ReaderPort, serveOrders } from "./serveOrders.js";

if (parentPort !== null) serveOrders(parentPort as ReaderPort);
