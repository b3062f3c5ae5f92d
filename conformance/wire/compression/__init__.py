"""permessage-deflate (RFC 7692): its negotiation, its blocks, messages compressed and inflated."""
