export { type FileLock, takeFileLock } from "./file-lock.ts";
export { fileStorage } from "./file-storage.ts";
