export type { DashboardAddress } from "./dashboard-http.ts";
export { rayDashboard } from "./ray-dashboard.ts";
