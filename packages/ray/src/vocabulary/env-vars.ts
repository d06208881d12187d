/** Environment variables of Ray's containers. */
export const ENV = {
  /** DNS name of the head service, in full. */
  headFqdn: "FQ_RAY_IP",
  /** Name of the head service alone; kept for old images. */
  headServiceName: "RAY_IP",
  clusterName: "RAY_CLUSTER_NAME",
  clusterNamespace: "RAY_CLUSTER_NAMESPACE",
  /** The pod's name: how autoscaler v2 knows its instances. */
  cloudInstanceId: "RAY_CLOUD_INSTANCE_ID",
  /** The group's name: how autoscaler v2 knows its node types. */
  nodeTypeName: "RAY_NODE_TYPE_NAME",
  /** The generated `ray start`, for users who bring their own command. */
  rayStartCommand: "KUBERAY_GEN_RAY_START_CMD",
  gcsPort: "RAY_PORT",
  /** Where `ray.init()` connects to. */
  rayAddress: "RAY_ADDRESS",
  usageInUse: "RAY_USAGE_STATS_KUBERAY_IN_USE",
  usageTags: "RAY_USAGE_STATS_EXTRA_TAGS",
  dashboardDiskUsage: "RAY_DASHBOARD_ENABLE_K8S_DISK_USAGE",
  openFilesLimit: "RAY_START_ULIMIT_OPEN_FILES",
  enableAutoscalerV2: "RAY_enable_autoscaler_v2",
  headPodName: "RAY_HEAD_POD_NAME",
  /** Which version of `ray.io` the autoscaler asks for. */
  crdVersion: "KUBERAY_CRD_VER",
  autoscalerCommand: "KUBERAY_GEN_AUTOSCALER_START_CMD",
  authMode: "RAY_AUTH_MODE",
  authToken: "RAY_AUTH_TOKEN",
  enableKubernetesTokenAuth: "RAY_ENABLE_K8S_TOKEN_AUTH",
  externalStorageNamespace: "RAY_external_storage_namespace",
  gcsReconnectTimeout: "RAY_gcs_rpc_server_reconnect_timeout_s",
  redisAddress: "RAY_REDIS_ADDRESS",
  redisUsername: "REDIS_USERNAME",
  redisPassword: "REDIS_PASSWORD",
  redisConnectRetries: "RAY_redis_db_connect_retries",
  redisConnectWaitMs: "RAY_redis_db_connect_wait_milliseconds",
  gcsStorage: "RAY_gcs_storage",
  gcsStoragePath: "RAY_gcs_storage_path",
} as const;
