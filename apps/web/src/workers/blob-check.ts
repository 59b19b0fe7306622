/** In a file of its own, which is loaded only when batches in blobs are read: it holds the points of Ethereum's ceremony. */
export { createBlobKzg } from "@cairn/blobs";
