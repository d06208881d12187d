export { openApiDocument } from "./openapi/openapi-document.ts";
export { type Scaler, type ScalerOptions, startScaler } from "./scaler.ts";
export { DEFAULT_NAMESPACE, type ScalerSettings } from "./settings.ts";
export { dominoTiers, fixedTiers, type TierSource } from "./tiers/tier-source.ts";
