import type {
  HorizontalPodAutoscaler,
  PersistentVolume,
  PersistentVolumeClaim,
  StorageClass,
} from "@heliostat/kube";
import type { Column } from "../registry/served-resource.ts";
import { AGE_COLUMN, countColumn, NAME_COLUMN, textColumn, UNKNOWN, wide } from "./column.ts";

export const CLAIM_COLUMNS: readonly Column[] = [
  NAME_COLUMN,
  textColumn<PersistentVolumeClaim>("Status", ({ metadata, status }) =>
    metadata.deletionTimestamp ? "Terminating" : (status?.phase ?? ""),
  ),
  textColumn<PersistentVolumeClaim>("Volume", ({ spec }) => spec?.volumeName ?? ""),
  textColumn<PersistentVolumeClaim>("Capacity", ({ spec, status }) =>
    spec?.volumeName ? String(status?.capacity?.["storage"] ?? "") : "",
  ),
  textColumn<PersistentVolumeClaim>("Access Modes", ({ spec, status }) =>
    spec?.volumeName ? modesText(status?.accessModes) : "",
  ),
  textColumn<PersistentVolumeClaim>("StorageClass", ({ spec }) => spec?.storageClassName ?? ""),
  textColumn<PersistentVolumeClaim>(
    "VolumeAttributesClass",
    ({ spec }) => spec?.volumeAttributesClassName ?? UNSET,
  ),
  AGE_COLUMN,
  wide(textColumn<PersistentVolumeClaim>("VolumeMode", ({ spec }) => spec?.volumeMode ?? UNSET)),
];

export const VOLUME_COLUMNS: readonly Column[] = [
  NAME_COLUMN,
  textColumn<PersistentVolume>("Capacity", ({ spec }) => String(spec?.capacity?.["storage"] ?? "")),
  textColumn<PersistentVolume>("Access Modes", ({ spec }) => modesText(spec?.accessModes)),
  textColumn<PersistentVolume>("Reclaim Policy", ({ spec }) => spec?.persistentVolumeReclaimPolicy ?? ""),
  textColumn<PersistentVolume>("Status", ({ metadata, status }) =>
    metadata.deletionTimestamp ? "Terminating" : (status?.phase ?? ""),
  ),
  textColumn<PersistentVolume>("Claim", ({ spec }) => {
    const { namespace = "", name = "" } = spec?.claimRef ?? {};
    return spec?.claimRef ? `${namespace}/${name}` : "";
  }),
  textColumn<PersistentVolume>("StorageClass", ({ spec }) => spec?.storageClassName ?? ""),
  textColumn<PersistentVolume>(
    "VolumeAttributesClass",
    ({ spec }) => spec?.volumeAttributesClassName ?? UNSET,
  ),
  textColumn<PersistentVolume>("Reason", ({ status }) => status?.reason ?? ""),
  AGE_COLUMN,
  wide(textColumn<PersistentVolume>("VolumeMode", ({ spec }) => spec?.volumeMode ?? UNSET)),
];

export const STORAGE_CLASS_COLUMNS: readonly Column[] = [
  NAME_COLUMN,
  textColumn<StorageClass>("Provisioner", ({ provisioner }) => provisioner),
  textColumn<StorageClass>("ReclaimPolicy", ({ reclaimPolicy = "Delete" }) => reclaimPolicy),
  textColumn<StorageClass>("VolumeBindingMode", ({ volumeBindingMode = "Immediate" }) => volumeBindingMode),
  textColumn<StorageClass>("AllowVolumeExpansion", ({ allowVolumeExpansion = false }) =>
    String(allowVolumeExpansion),
  ),
  AGE_COLUMN,
];

export const AUTOSCALER_COLUMNS: readonly Column[] = [
  NAME_COLUMN,
  textColumn<HorizontalPodAutoscaler>("Reference", ({ spec }) => {
    const { kind, name } = spec.scaleTargetRef;
    return `${kind}/${name}`;
  }),
  textColumn<HorizontalPodAutoscaler>("Targets", targetsText),
  textColumn<HorizontalPodAutoscaler>("MinPods", ({ spec }) => String(spec.minReplicas ?? UNSET)),
  countColumn<HorizontalPodAutoscaler>("MaxPods", ({ spec }) => spec.maxReplicas),
  countColumn<HorizontalPodAutoscaler>("Replicas", ({ status }) => status?.currentReplicas ?? 0),
  AGE_COLUMN,
];

const UNSET = "<unset>";

const SHORT_MODES: Readonly<Record<string, string>> = {
  ReadWriteOnce: "RWO",
  ReadOnlyMany: "ROX",
  ReadWriteMany: "RWX",
  ReadWriteOncePod: "RWOP",
};

function modesText(modes: readonly string[] = []): string {
  return [...new Set(modes)].map((mode) => SHORT_MODES[mode] ?? mode).join(",");
}

function targetsText({ spec, status }: HorizontalPodAutoscaler): string {
  const targets = (spec.metrics ?? []).map(({ resource }, index) => {
    if (!resource) return UNKNOWN;
    const current = status?.currentMetrics?.[index]?.resource?.current;
    const { averageUtilization, averageValue } = resource.target;
    if (averageUtilization === undefined)
      return `${resource.name}: ${current?.averageValue ?? UNKNOWN}/${averageValue ?? UNKNOWN}`;
    const now = current?.averageUtilization;
    return `${resource.name}: ${now === undefined ? UNKNOWN : `${now}%`}/${averageUtilization}%`;
  });
  return targets.length === 0 ? "<none>" : targets.join(", ");
}
