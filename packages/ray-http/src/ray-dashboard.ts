import { createHash } from "node:crypto";
import { type RayCallOptions, type RayDashboard, RayError } from "@heliostat/ray";
import { type Zippable, zipSync } from "fflate";
import { callDashboard, type DashboardAddress } from "./dashboard-http.ts";
import { fieldsOf, jobDetails, jobRequestJson, rayNode } from "./job-json.ts";
import { tailLogs } from "./tail-logs.ts";

/** Zip stamps each file; a fixed day keeps equal files equal. */
const ZIP_DAY = "1980-01-01T12:00:00";

/** The port to Ray's HTTP API, spoken to one dashboard over HTTP. Keeps no connection and no state of its own. */
export function rayDashboard(address: DashboardAddress): RayDashboard {
  const call = (
    path: string,
    options: RayCallOptions & { method?: "POST" | "PUT" | "DELETE"; body?: unknown } = {},
  ) => callDashboard(address, path, options);
  const jobPath = (id: string): string => `/api/jobs/${encodeURIComponent(id)}`;
  return {
    async version(options) {
      const fields = fieldsOf(await call("/api/version", options), "Ray's version");
      return {
        apiVersion: String(fields["version"]),
        rayVersion: String(fields["ray_version"]),
        rayCommit: String(fields["ray_commit"]),
        ...(typeof fields["session_name"] === "string" && { sessionName: fields["session_name"] }),
      };
    },
    async submitJob(request, options) {
      const answer = await call("/api/jobs/", { ...options, method: "POST", body: jobRequestJson(request) });
      return { submissionId: String(fieldsOf(answer, "the submission")["submission_id"]) };
    },
    async uploadWorkingDir(files, options) {
      const zip = zipSync(stamped(files));
      const name = `_ray_pkg_${createHash("sha256").update(zip).digest("hex").slice(0, 32)}.zip`;
      const path = `/api/packages/gcs/${name}`;
      if (!(await exists(path))) await call(path, { ...options, method: "PUT", body: zip });
      return `gcs://${name}`;

      async function exists(at: string): Promise<boolean> {
        try {
          await call(at, options);
          return true;
        } catch (error) {
          if (error instanceof RayError && error.reason === "NotFound") return false;
          throw error;
        }
      }
    },
    job: async (id, options) => jobDetails(await call(jobPath(id), options)),
    async jobs(options) {
      const answer = await call("/api/jobs/", options);
      if (!Array.isArray(answer))
        throw new RayError("Unexpected", "Cannot read the list of jobs: it is no list");
      return answer.map(jobDetails);
    },
    jobLogs: async (id, options) =>
      String(fieldsOf(await call(`${jobPath(id)}/logs`, options), "a log")["logs"] ?? ""),
    tailJobLogs: (id, options) => tailLogs(address, id, options),
    async stopJob(id, options) {
      const answer = await call(`${jobPath(id)}/stop`, { ...options, method: "POST" });
      return fieldsOf(answer, "the answer to a stop")["stopped"] === true;
    },
    async deleteJob(id, options) {
      await call(jobPath(id), { ...options, method: "DELETE" });
    },
    async nodes(options) {
      const answer = fieldsOf(await call("/api/v0/nodes?limit=10000&detail=1", options), "the list of nodes");
      const { result } = fieldsOf(
        fieldsOf(answer["data"], "the list of nodes")["result"],
        "the list of nodes",
      );
      if (!Array.isArray(result))
        throw new RayError("Unexpected", "Cannot read the list of nodes: it is no list");
      return result.map(rayNode);
    },
  };
}

function stamped(files: Readonly<Record<string, Uint8Array>>): Zippable {
  return Object.fromEntries(
    Object.entries(files)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([path, content]) => [path, [content, { mtime: ZIP_DAY }] as const]),
  ) as Zippable;
}
