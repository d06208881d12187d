/** The port numbers that Ray listens on unless told otherwise. */
export const PORT = {
  client: 10001,
  gcsServer: 6379,
  dashboard: 8265,
  metrics: 8080,
  serve: 8000,
  dashboardAgent: 52365,
  /** Where the history collector takes Ray's events. */
  historyEvents: 8084,
} as const;

/** How those ports are called in containers and services. */
export const PORT_NAME = {
  client: "client",
  gcsServer: "gcs-server",
  dashboard: "dashboard",
  metrics: "metrics",
  serve: "serve",
} as const;
